// The overview, in Chinese.

import type { Texts } from '../en'

export const overview: Texts['overview'] = {
  title: '总览',
  hosts: '主机',
  attention: '需要关注',
  calm: '没有需要关注的情况',
  calmHint: '异常退出、内存不足、不健康或反复重启的容器，以及离线的主机，会列在这里。',
  now: '最新动态',
  quiet: '最近 15 分钟没有动态',
  top: '占用最多',
  topEmpty: '首次采集运行中容器的数据后在此显示。',
  more: (n) => `还有 ${n} 个`,
  allEvents: '所有事件',
  allContainers: '所有容器',
  away: (reason) => `离线：${reason}`,
  by: '排序依据',
}
