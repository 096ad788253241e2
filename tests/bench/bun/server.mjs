// Bun's own publish to WebSockets: lines from a Unix socket to every subscriber. Prints its address.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, server) {
    return server.upgrade(request) ? undefined : new Response('WebSockets only', { status: 400 })
  },
  websocket: {
    perMessageDeflate: false,
    backpressureLimit: 64 << 20,
    open(socket) {
      socket.subscribe('events')
      socket.send('ready')
    },
    message() {},
  },
})

let partial = ''
await Bun.connect({
  unix: process.argv[2],
  socket: {
    data(_, bytes) {
      const lines = (partial + bytes.toString('latin1')).split('\n')
      partial = lines.pop()
      for (const line of lines) server.publish('events', line)
    },
    close() {
      process.exit(0)
    },
  },
})
console.log(`http://127.0.0.1:${server.port}/`)
