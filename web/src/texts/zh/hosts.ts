// Hosts, in Chinese.

import type { Texts } from '../en'
import type * as en from '../en/hosts'
import { count } from './count'

export const hostStates: Record<keyof typeof en.hostStates, string> = { online: '在线', offline: '离线', connecting: '连接中' }

export const hosts: Texts['hosts'] = {
  title: '主机',
  summary: (online, all) => (online === all ? `${count(all, '台主机')}，全部在线` : `${count(all, '台主机')}中 ${online} 台有应答`),
  running: (running, total) => `运行中 ${running}，共 ${total}`,
  runningLabel: '容器',
  cpu: 'CPU',
  memory: '内存',
  cpus: (n) => count(n, '个 CPU'),
  of: (used, all) => `${used} / ${all}`,
  engine: '引擎',
  address: '地址',
  system: '系统',
  configured: '来自配置',
  added: '运行时添加',
  origin: '来源',
  lastSeen: '最后所见',
  empty: '还没有主机',
  emptyHint: '这里显示控制中心所管理的 Docker 主机。启动时指定：quayside serve --host name=unix:///var/run/docker.sock',
  noReason: '未给出原因',
  history: '历史',
  changes: '上线与离线的时间',
  show: (host) => `${host} 上的容器`,
}
