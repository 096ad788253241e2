// How the page is connected, in Chinese.

import type { Texts } from '../en'

export const connection: Texts['connection'] = {
  label: '连接',
  kinds: { websocket: 'WebSocket', sse: 'SSE', polling: '轮询' },
  none: '未连接',
  ms: (ms) => `${ms} ms`,
  since: (time) => `自 ${time} 起`,
  delay: (ms) => `往返 ${ms} ms`,
  noDelay: '延迟尚未测得',
  next: (seconds) => `${seconds} 秒后重试`,
  trying: '正在重试…',
  stopped: '不会自动重试',
  tryNow: '立即重试',
  stale: (time) => `自 ${time} 起连接已断开，所见为当时的状态。`,
  best: '会自动重新尝试 WebSocket。',
  broken: {
    unreachable: '无法连接控制中心。',
    late: (seconds) => `控制中心在 ${seconds} 秒内没有应答。`,
    status: (status) => `该地址以状态码 ${status} 应答，但不是控制中心的应答。`,
    silentStream: '事件流没有任何数据。',
    brokenStream: '事件流中断。',
    endedStream: '控制中心结束了事件流。',
    heldStream: '事件流在途中被缓冲延迟。',
    manyStreams: '此页面所需的事件流多于浏览器可同时打开的数量。',
    slowSocket: 'WebSocket 未能及时打开。',
    silentSocket: 'WebSocket 上的 ping 没有应答。',
    brokenSocket: 'WebSocket 中断。',
    ended: '连接已结束。',
    session: (said) => `会话已结束（${said}）。`,
    refused: (said) => `控制中心已永久关闭连接（${said}）。`,
    draining: (said) => `控制中心正在关闭或重启（${said}）。`,
    unheard: (said) => `控制中心没有收到本页面的应答（${said}）。`,
    full: (said) => `控制中心的连接数已满（${said}）。`,
  },
}
