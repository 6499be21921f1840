/** A dataset, an import folder or a frames file that can't be used. The message names it, says what is wrong and what to do. */
export class DatasetError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DatasetError'
  }
}

/** The folder can't become a dataset, however often it is tried. */
export class UnusableError extends DatasetError {}

/** The system's error code (ENOENT, ENOSPC), where the error has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Text for people from anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Turns a failed write into a DatasetError that says what to do; anything else comes back as it was. */
export function writeError(error: unknown, path: string): unknown {
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DatasetError(`${path}: the disk is full. What was imported so far is kept: free some space and start the same import again.`, { cause: error })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new DatasetError(`${path}: can't be written (${code}). Check the permissions of the folder, or choose another library folder.`, { cause: error })
  }
  if (code !== undefined && gone.has(code)) {
    return new DatasetError(`${path}: can't be reached any more (${code}): was the library moved, or its disk removed or broken? Bring it back and start the same import again: it goes on with what reached the disk.`, { cause: error })
  }
  return error
}

/** What the system says where a folder, a disk or a network drive has gone. */
const gone: ReadonlySet<string> = new Set(['ENOENT', 'EIO', 'ESTALE', 'ENODEV', 'ENXIO', 'ENOTCONN'])
