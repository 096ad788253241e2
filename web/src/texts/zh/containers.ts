// Containers, in Chinese.

import type { Texts } from '../en'
import type * as en from '../en/containers'
import { count } from './count'

export const states: Record<keyof typeof en.states, string> = {
  running: '运行中',
  exited: '已退出',
  created: '已创建',
  paused: '已暂停',
  restarting: '重启中',
  removing: '删除中',
  dead: '已失效',
  gone: '已删除',
  unhealthy: '不健康',
}

export const containers: Texts['containers'] = {
  title: '容器',
  label: '所有主机的容器',
  summary: (shown, all, hosts) => (shown === all ? `${count(hosts, '台主机')}上的 ${count(all, '个容器')}` : `${count(all, '个容器')}中的 ${shown} 个`),
  partial: (online, all) => `${all} 台主机中 ${online} 台有响应`,
  search: '搜索名称、镜像、ID、标签、端口…',
  searchLabel: '搜索容器',
  columns: {
    state: '状态',
    name: '名称',
    image: '镜像',
    host: '主机',
    status: '情况',
    cpu: 'CPU',
    memory: '内存',
    ports: '端口',
    actions: '操作',
  },
  sort: (column) => `按${column}排序`,
  of: (limit) => `/ ${limit}`,
  was: (state) => `此前${state}`,
  asOf: (span) => `主机已离线 ${span}`,
  up: (span) => `已运行 ${span}`,
  created: (time) => `创建于 ${time}`,
  started: (time) => `启动于 ${time}`,
  finished: (time) => `结束于 ${time}`,
  gone: '在你查看期间已被删除',
  empty: '还没有容器',
  emptyHint: '任意主机上一有容器，就会自动显示在这里：docker run -d --name web nginx',
  none: '没有匹配项',
  noneHint: '没有符合搜索和筛选条件的容器。',
  reset: '显示所有容器',
  waiting: '正在等待第一份列表…',
  open: (where) => `打开 ${where}`,
  more: (n) => `+${n}`,
}
