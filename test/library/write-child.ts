/** Writes transactions of five rows until it is killed, and tells the number of each after its commit. */
import { Database } from '../../main/library/database.ts'

const db = Database.open(process.argv[2] ?? '')
for (;;) {
  const number = db.transaction(() => {
    const { next } = db.get<{ next: number }>('SELECT coalesce(max(CAST(created AS INTEGER)), 0) + 1 AS next FROM datasets')!
    for (let part = 0; part < 5; part++)
      db.run('INSERT INTO datasets (id, name, created, signature, summary) VALUES (:id, :name, :created, :id, :summary)', {
        id: `${next}-${part}`, name: 'made', created: String(next), summary: 'x'.repeat(3000),
      })
    return next
  })
  await new Promise((resolve) => process.send?.(number, resolve))
}
