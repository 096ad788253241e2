// Images, in Chinese.

import type { Texts } from '../en'

export const images: Texts['images'] = {
  title: '镜像',
  search: '搜索镜像',
  tags: '名称',
  size: '大小',
  created: '创建时间',
  untagged: '无名称',
  empty: '还没有镜像',
  emptyHint: '这里列出该主机拉取、加载或构建的镜像。请先拉取一个。',
  pull: '拉取',
  pullTo: (host) => `拉取镜像到 ${host}`,
  pulling: '拉取任务',
  pulls: { running: '正在拉取…', done: '已拉取', failed: '未能拉取' },
  untold: '进度只能通过 WebSocket 得知，本页面目前没有 WebSocket 连接。',
  reference: '镜像',
  referenceHint: '不在 Docker Hub 上的，请写明镜像仓库地址；不写标签即为 latest。',
  registry: '镜像仓库需要登录',
  remove: (image) => `删除 ${image}`,
  removeWords: (image, host, size) => `将从 ${host} 删除 ${image}（${size}）。如果镜像仓库中有，可以重新拉取。`,
  force: '即使有已停止的容器在使用它，或它有多个名称，也删除',
  notRemoved: (image, host) => `未能从 ${host} 删除 ${image}`,
  usedBy: '使用情况',
  used: (n) => `${n} 个容器`,
}
