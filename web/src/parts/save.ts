// Bytes of the page as a file of the person's.

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken it by the next task; later is only safer.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
