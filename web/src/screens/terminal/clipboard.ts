// The clipboard, also where the page is not served over https and the browser gives only the old way.

/** Whether the browser did it. */
export async function copy(text: string): Promise<boolean> {
  if (text === '') return false
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyOldWay(text)
  }
}

/** Works within a click or a key press only. */
function copyOldWay(text: string): boolean {
  const take = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  addEventListener('copy', take, { capture: true, once: true })
  const done = document.execCommand('copy')
  removeEventListener('copy', take, { capture: true })
  return done
}
