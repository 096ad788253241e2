// How the page is connected, in Chinese.

import type { Texts } from '../en'

export const connection: Texts['connection'] = {
  label: '连接',
  kinds: { websocket: 'WebSocket', sse: 'SSE', polling: '轮询' },
  none: '未连接',
  ms: (ms) => `${ms} ms`,
  since: (time) => `自 ${time} 起`,
  delay: (ms) => `往返 ${ms} ms`,
  noDelay: '尚未测得延迟',
  next: (seconds) => `${seconds} 秒后重试`,
  trying: '正在连接…',
  stopped: '不会自动重试',
  tryNow: '立即重试',
  stale: (time) => `连接自 ${time} 起断开，页面显示的是当时的状态。`,
  best: '会自动重新尝试 WebSocket。',
  broken: {
    unreachable: '无法连接控制中心。',
    late: (seconds) => `控制中心在 ${seconds} 秒内没有响应。`,
    status: (status) => `控制中心的地址返回了状态码 ${status}，但这不是控制中心的响应。`,
    silentStream: '事件流上没有收到任何数据。',
    brokenStream: '事件流已中断。',
    endedStream: '控制中心结束了事件流。',
    heldStream: '事件流在途中被缓冲，到达过晚。',
    manyStreams: '此页面所需的事件流多于浏览器可同时打开的数量。',
    slowSocket: 'WebSocket 未能及时打开。',
    silentSocket: '通过 WebSocket 发送的 ping 没有得到响应。',
    brokenSocket: 'WebSocket 已中断。',
    ended: '连接已结束。',
    session: (said) => `会话已结束（${said}）。`,
    refused: (said) => `控制中心已永久关闭连接（${said}）。`,
    draining: (said) => `控制中心正在关闭或重启（${said}）。`,
    unheard: (said) => `控制中心没有收到本页面的消息（${said}）。`,
    full: (said) => `控制中心的连接数已满（${said}）。`,
  },
}
