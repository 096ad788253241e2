// Forms and questions, in Chinese.

import type { Texts } from '../en'

export const forms: Texts['forms'] = {
  cancel: '取消',
  save: '保存',
  edit: '编辑',
  remove: '删除',
  removing: '正在删除…',
  copy: '复制',
  copied: '已复制',
  once: '仅此一次显示，请在关闭前复制。',
  optional: '可留空',
  done: '完成',
  file: '从文件读取…',
  fileFor: (label) => `${label}：从文件读取`,
  typeName: (name) => `输入 ${name} 以继续`,
  saved: '已保存',
  more: '显示更多',
  loading: '正在等待控制中心…',
  never: '永不',
  days: (n) => `${n} 天`,
}
