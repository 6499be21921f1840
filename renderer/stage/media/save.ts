/** Hands a file to the user: a browser puts it into its downloads, the desktop asks where it goes. */
export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun by then; it keeps what it reads.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
