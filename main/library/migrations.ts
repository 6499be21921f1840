/**
 * The schema of library.db, one step after the other. A step that was released is never edited: a change is a new step at the end.
 * PRAGMA user_version counts the steps that a file has been through.
 */
export interface Migration {
  /** What it brings, for the message of an upgrade. */
  readonly title: string
  readonly sql: string
}

const entries = (table: string): string => `
CREATE TABLE ${table} (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created TEXT NOT NULL,
  -- Size and time of the files that the summary was read from.
  signature TEXT NOT NULL,
  summary TEXT NOT NULL
) STRICT;`

export const migrations: readonly Migration[] = [
  {
    title: 'recordings, watch folders, datasets, runs, models',
    sql: `
CREATE TABLE recordings (
  id INTEGER PRIMARY KEY,
  -- SHA-256 of the bytes: what makes a recording the same one wherever it lies and whatever it is called.
  hash TEXT NOT NULL UNIQUE,
  bytes INTEGER NOT NULL,
  added TEXT NOT NULL,
  -- Why it can't be read; then what follows is empty.
  failure TEXT,
  format TEXT NOT NULL DEFAULT '',
  format_name TEXT NOT NULL DEFAULT '',
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  events INTEGER NOT NULL DEFAULT 0,
  on_events INTEGER NOT NULL DEFAULT 0,
  duration_us INTEGER NOT NULL DEFAULT 0,
  problems INTEGER NOT NULL DEFAULT 0,
  hot_pixels INTEGER NOT NULL DEFAULT 0,
  -- Count and checksum of its events, the same in every format; null where it has none.
  events_key TEXT,
  -- The rest of what was measured, as JSON.
  details TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE watches (
  id INTEGER PRIMARY KEY,
  folder TEXT NOT NULL UNIQUE,
  rule TEXT NOT NULL,
  dataset TEXT,
  paused INTEGER NOT NULL DEFAULT 0,
  added TEXT NOT NULL
) STRICT;

CREATE TABLE files (
  -- Relative to the library where it lies in it (with '/'), else absolute.
  path TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  recording INTEGER NOT NULL REFERENCES recordings(id) ON DELETE CASCADE,
  watch INTEGER REFERENCES watches(id) ON DELETE SET NULL,
  bytes INTEGER NOT NULL,
  -- Modification time, ms.
  modified REAL NOT NULL,
  label TEXT,
  missing INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX files_recording ON files(recording);
CREATE INDEX files_watch ON files(watch);
${entries('datasets')}
${entries('runs')}
${entries('models')}`,
  },
  {
    title: 'job history; recordings found by their events',
    sql: `
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  error TEXT,
  subject TEXT,
  started TEXT NOT NULL,
  ended TEXT NOT NULL
) STRICT;
CREATE INDEX jobs_ended ON jobs(ended);
CREATE INDEX recordings_events ON recordings(events_key);`,
  },
]
