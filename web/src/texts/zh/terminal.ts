// Texts of the terminal, in Chinese.

import type { Texts } from '../en'

/** What exit codes mean that shells and engines agree upon. */
const codes: Record<number, string> = {
  0: '已正常结束。',
  126: '找到了命令，但无法启动：它不是程序，或没有执行权限。',
  127: '容器中没有找到该命令。',
  129: '因挂断（hang-up）而结束。',
  130: '被中断，例如按了 Ctrl-C。',
  137: '被强制终止：容器已停止或消失，或内存不足。',
  139: '因内存访问错误而崩溃。',
  143: '收到终止请求后结束。',
}

export const terminal: Texts['terminal'] = {
  title: '终端',
  tabs: '终端',
  new: '新建终端',
  loading: '正在加载终端…',
  closeTab: (name) => `关闭 ${name}`,
  unseen: '有新输出',
  watching: '仅查看',

  chooser: {
    title: '打开终端',
    kind: '要运行的程序',
    shell: 'Shell 程序',
    auto: '自动（bash、ash 或 sh）',
    other: '命令…',
    command: '命令',
    commandHint: '各参数以空格分隔；含空格的参数请加引号。',
    user: '用户',
    userHint: '容器的默认用户',
    open: '打开',
    attach: '连接到主进程',
    attachHint: '输入会直接发送给它，Ctrl-C 会将其结束。',
    running: '此容器中已打开的终端',
    join: (cmd, owner) => `${cmd}（${owner}）`,
    viewers: (n) => (n === 0 ? '无人在线' : `${n} 人在线`),
  },

  stage: {
    asking: '正在请求控制中心…',
    away: '连接已断开。正在运行的程序不受影响。',
    next: (seconds) => `${seconds} 秒后重试。`,
    trying: '正在连接…',
    tryNow: '立即重试',
    needs: (kind) => `终端需要 WebSocket。页面目前通过 ${kind} 连接；WebSocket 一恢复，终端就会继续。`,
    linger: '控制中心会将其保留一段时间，通常为一分钟。',
    refused: '控制中心拒绝了此终端',
    gone: '此终端已不存在，或不属于你。默认情况下，终端一分钟无人在线即会结束。',
    elsewhere: (where) => `此终端属于另一个容器：${where}。`,
    goThere: '前往',
    again: '重试',
    openAgain: '重新打开',
  },

  exit: {
    ended: (code) => (code < 0 ? '已结束' : `已结束，退出码 ${code}`),
    words: (code, reason) =>
      reason ?? codes[code] ?? (code < 0 ? '结束原因未知。' : code > 128 && code < 193 ? `被信号 ${code - 128} 终止。` : '程序用这个数字说明结束的原因。'),
  },

  state: {
    paused: (name) => `${name} 已暂停：恢复之前，其中的程序都不会运行。`,
    exited: (name) => `${name} 未在运行。`,
    restarting: (name) => `${name} 正在重启。`,
    gone: '此容器不存在，或已被删除。',
    away: (host) => `主机 ${host} 没有响应。`,
    startFirst: '请先启动它，再打开终端。',
  },

  empty: {
    title: '没有打开的终端',
    hint: '此容器的终端显示在这里。',
    role: '你的角色只能查看此容器，不能进入：只有其所有者、运维或管理员可以。',
  },

  people: {
    count: (n) => (n === 1 ? '只有你' : `${n} 人在线`),
    title: '当前在线',
    you: '你',
    nobody: '无账号',
    types: '可以输入',
    looks: '仅查看',
  },
  size: (cols, rows) => `${cols} × ${rows}`,
  smaller: (cols, rows) => `${cols} × ${rows}，因为另一位查看者的窗口更小`,

  share: {
    title: '共享',
    hint: '打开此链接的人可以实时看到终端，但不能输入。仅限你自己的账号、运维和管理员。',
    link: '只读链接',
    copy: '复制链接',
    copied: '已复制',
    notCopied: '浏览器不允许：请按 Ctrl-C 复制。',
  },

  search: {
    open: '搜索（Ctrl-Shift-F）',
    label: '在终端中搜索',
    next: '下一个（Shift-Enter）',
    previous: '上一个（Enter）',
    close: '关闭搜索（Esc）',
    matchCase: '区分大小写',
    found: (at, n, limit) => (n === 0 ? '无匹配' : `第 ${at + 1} 个，共 ${n}${n >= limit ? '+' : ''} 个`),
  },

  paste: {
    title: (lines) => (lines === 1 ? '粘贴这段内容？' : `粘贴 ${lines} 行？`),
    size: (size) => `共 ${size}`,
    more: (lines) => `… 还有 ${lines} 行`,
    bracketed: '程序会把它作为一个整体接收，在你按 Enter 之前不会运行任何内容。',
    each: '每个换行都相当于 Enter：Shell 会立即运行每一行。',
    control: '其中含有控制字符；它们会显示为符号，并按符号粘贴。',
    longLine: '有一行超过 4,095 字节：逐行读取的程序只能收到开头部分。',
    paste: '粘贴',
    oneLine: '粘贴为一行',
    cancel: '取消',
    never: '对此终端不再询问',
    tooLarge: (size, most) => `${size} 太大，无法粘贴；最多 ${most}。请存成文件后上传。`,
  },

  close: {
    title: '结束此终端？',
    words: (cmd, name) => `${name} 中的 ${cmd} 以及其中启动的一切都会结束。`,
    end: '结束',
    keep: '保留',
    left: (name) => `${name} 中还有程序在运行`,
  },

  options: {
    title: '选项',
    smaller: '缩小文字（Ctrl-Shift--）',
    larger: '放大文字（Ctrl-Shift-+）',
    text: (size) => `文字 ${size} px`,
    copyOnSelect: '选中即复制',
    reader: '供屏幕阅读器使用',
    keys: [
      ['Ctrl-Shift-F', '搜索'],
      ['Ctrl-Shift-C · V', '复制、粘贴'],
      ['Ctrl-Shift-+ · -', '文字大小'],
      ['Ctrl-Shift-← · →', '切换终端'],
      ['Ctrl-Shift-↑', '离开终端'],
    ],
  },

  notes: {
    clipboard: (characters) => `程序把 ${characters} 个字符放进了剪贴板。`,
    unsent: (characters) => `连接已断开：粘贴内容的最后 ${characters} 个字符可能未送达。`,
    readonly: '仅可查看：你的输入不会发送。',
    link: (url) => `Ctrl-单击打开 ${url}`,
  },

  keybar: {
    label: '按键',
    esc: 'Esc',
    tab: 'Tab',
    ctrl: 'Ctrl',
    up: '上',
    down: '下',
    left: '左',
    right: '右',
    paste: '粘贴',
  },
}
