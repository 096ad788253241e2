// The overview, in Chinese.

import type { Texts } from '../en'

export const overview: Texts['overview'] = {
  title: '总览',
  hosts: '主机',
  attention: '需要关注',
  calm: '没有需要关注的',
  calmHint: '异常退出、内存不足、不健康或反复重启的容器，以及离线的主机，会列在这里。',
  now: '正在发生',
  quiet: '15 分钟内没有动静',
  top: '占用最多',
  topEmpty: '首次采集运行中的容器后显示数据。',
  more: (n) => `还有 ${n} 个`,
  allEvents: '所有事件',
  allContainers: '所有容器',
  away: (reason) => `离线：${reason}`,
  by: '按',
}
