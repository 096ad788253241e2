// Events, in Chinese.

import type { Texts } from '../en'
import { count } from './count'

export const events: Texts['events'] = {
  title: '事件',
  label: '事件，最新在前',
  type: '类型',
  host: '主机',
  action: '动作',
  range: '时间范围',
  pause: '暂停',
  resume: '继续',
  waiting: (n) => count(n, '个新事件'),
  gap: (host) => (host === null ? '有事件缺失' : `${host} 有事件缺失`),
  gapReasons: {
    engine: '引擎曾无法连接、曾重启，或已不再保留这些事件。',
    retention: '已超出控制中心的保留期限。',
  },
  inferred: '推断',
  inferredHint: '并非由引擎报告，而是重新读取列表时发现的',
  exit: (code) => `退出码 ${code}`,
  clear: '移除该筛选条件',
  empty: '还没有事件',
  emptyHint: '任何主机上 Docker 的动作都会即时出现在这里：容器启动、停止、退出，拉取镜像，创建网络。',
  none: '没有匹配的事件',
  noneHint: '该时间范围内没有符合条件的事件。',
  refused: '控制中心拒绝了这些筛选条件',
  histogram: '事件数量',
  histogramHint: '拖选一段，或在其上按 Enter，即可只看该时段；按住 Shift 可延长',
  bar: (from, to, all, bad) => `${from} – ${to}：${count(all, '个事件')}${bad > 0 ? `，${bad} 个异常` : ''}`,
  around: (time) => `${time} 前后`,
  older: '正在读取更早的事件…',
  beginning: '该时段的事件已全部显示。',
  ahead: (n: number) => `此处只保留 ${n} 行，较新的行已移除。`,
  toNewest: '回到最新',
  counting: '仍在统计',
}
