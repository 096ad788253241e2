// Binary frames of terminals: a byte of kind, the terminal's number, for output the
// offset of its first byte, then the bytes as they are.

/** The only kind. */
const DATA = 0
const INPUT_HEAD = 5
const OUTPUT_HEAD = 13

export function inputFrame(terminal: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(INPUT_HEAD + bytes.length)
  const head = new DataView(frame.buffer)
  head.setUint8(0, DATA)
  head.setUint32(1, terminal)
  frame.set(bytes, INPUT_HEAD)
  return frame
}

/** Null for what is no frame of output. */
export function readOutput(frame: ArrayBuffer): { terminal: number; offset: number; bytes: Uint8Array } | null {
  if (frame.byteLength < OUTPUT_HEAD) return null
  const head = new DataView(frame)
  if (head.getUint8(0) !== DATA) return null
  const offset = Number(head.getBigUint64(5))
  return { terminal: head.getUint32(1), offset, bytes: new Uint8Array(frame, OUTPUT_HEAD) }
}
