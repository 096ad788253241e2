// Texts of the terminal, in English.

/** What exit codes mean that shells and engines agree upon. */
const codes: Record<number, string> = {
  0: 'It ended by itself, without a fault.',
  126: 'The command was found but could not be started: it is no program, or may not be run.',
  127: 'The command was not found in the container.',
  129: 'It was ended by a hang-up.',
  130: 'It was interrupted, as by Ctrl-C.',
  137: 'It was killed: the container stopped or went away, or ran out of memory.',
  139: 'It crashed on a fault of memory.',
  143: 'It was asked to end.',
}

export const terminal = {
  title: 'Terminal',
  tabs: 'Terminals',
  new: 'New terminal',
  loading: 'Loading the terminal …',
  closeTab: (name: string) => `Close ${name}`,
  unseen: 'new output',
  watching: 'watching',

  chooser: {
    title: 'Open a terminal',
    kind: 'What to run',
    shell: 'Shell',
    auto: 'Automatic (bash, ash or sh)',
    other: 'A command …',
    command: 'Command',
    commandHint: 'Words are separated by spaces; quote what belongs together.',
    user: 'User',
    userHint: 'the container’s own',
    open: 'Open',
    attach: 'Attach to the main process',
    attachHint: 'What you type goes to it, and Ctrl-C ends it.',
    running: 'Already open in this container',
    join: (cmd: string, owner: string) => `${cmd}, by ${owner}`,
    viewers: (n: number) => (n === 0 ? 'nobody is there' : n === 1 ? '1 is there' : `${n} are there`),
  },

  stage: {
    asking: 'Asking the hub …',
    away: 'The connection is gone. What runs goes on.',
    next: (seconds: number) => `Next try in ${seconds} s.`,
    trying: 'Trying now …',
    tryNow: 'Try now',
    needs: (kind: string) => `Terminals need a WebSocket. The page is connected by ${kind} now; the terminal goes on as soon as a WebSocket gets through.`,
    linger: 'The hub keeps it for a while, usually a minute.',
    refused: 'The hub refused this terminal',
    gone: 'This terminal is not there any more, or is not yours. A terminal ends when nobody is there for a minute, by default.',
    elsewhere: (where: string) => `This terminal belongs to another container: ${where}.`,
    goThere: 'Go there',
    again: 'Try again',
    openAgain: 'Open again',
  },

  exit: {
    ended: (code: number) => (code < 0 ? 'Ended' : `Ended with ${code}`),
    words: (code: number, reason: string | null) =>
      reason ?? codes[code] ?? (code < 0 ? 'Nobody knows how.' : code > 128 && code < 193 ? `It was ended by signal ${code - 128}.` : 'The program says with this number why it ended.'),
  },

  state: {
    paused: (name: string) => `${name} is paused: nothing in it runs until it is resumed.`,
    exited: (name: string) => `${name} does not run.`,
    restarting: (name: string) => `${name} is restarting.`,
    gone: 'This container is not there, or not any more.',
    away: (host: string) => `The host ${host} does not answer.`,
    startFirst: 'Start it to open a terminal in it.',
  },

  empty: {
    title: 'No terminal is open',
    hint: 'Terminals of this container are shown here.',
    role: 'Your role may look at this container, not enter it: its owner, an operator or admin can.',
  },

  people: {
    count: (n: number) => (n === 1 ? 'Only you' : `${n} here`),
    title: 'Who is here',
    you: 'you',
    nobody: 'no account',
    types: 'may type',
    looks: 'only looks',
  },
  size: (cols: number, rows: number) => `${cols} × ${rows}`,
  smaller: (cols: number, rows: number) => `${cols} × ${rows}, as another viewer’s window is smaller`,

  share: {
    title: 'Share',
    hint: 'Whoever opens this link sees this terminal live and cannot type. It is for your own account, operators and admins.',
    link: 'Read-only link',
    copy: 'Copy the link',
    copied: 'Copied',
    notCopied: 'The browser did not allow it: press Ctrl-C.',
  },

  search: {
    open: 'Search (Ctrl-Shift-F)',
    label: 'Search in the terminal',
    next: 'Next (Shift-Enter)',
    previous: 'Previous (Enter)',
    close: 'Close the search (Esc)',
    matchCase: 'Match case',
    found: (at: number, n: number, limit: number) => (n === 0 ? 'nothing' : `${at + 1} of ${n}${n >= limit ? '+' : ''}`),
  },

  paste: {
    title: (lines: number) => (lines === 1 ? 'Paste this?' : `Paste ${lines} lines?`),
    size: (size: string) => `${size} in all`,
    more: (lines: number) => `… and ${lines} more lines`,
    bracketed: 'The program takes it as one piece and runs nothing before you press Enter.',
    each: 'Each line end counts as Enter: a shell runs every line at once.',
    control: 'It holds control characters; they are shown as symbols and pasted as such.',
    longLine: 'A line is longer than 4,095 bytes: a program that reads line by line gets only its beginning.',
    paste: 'Paste',
    oneLine: 'Paste as one line',
    cancel: 'Cancel',
    never: 'Do not ask again for this terminal',
    tooLarge: (size: string, most: string) => `${size} is too much to paste; ${most} are the most. Put it in a file and upload it.`,
  },

  close: {
    title: 'End this terminal?',
    words: (cmd: string, name: string) => `${cmd} in ${name} is ended, with everything that was started in it.`,
    end: 'End it',
    keep: 'Keep it',
    left: (name: string) => `Something was left running in ${name}`,
  },

  options: {
    title: 'Options',
    smaller: 'Smaller text (Ctrl-Shift--)',
    larger: 'Larger text (Ctrl-Shift-+)',
    text: (size: number) => `Text ${size} px`,
    copyOnSelect: 'Copy what is selected',
    reader: 'For screen readers',
    keys: [
      ['Ctrl-Shift-F', 'search'],
      ['Ctrl-Shift-C · V', 'copy, paste'],
      ['Ctrl-Shift-+ · -', 'text size'],
      ['Ctrl-Shift-← · →', 'other terminal'],
      ['Ctrl-Shift-↑', 'leave the terminal'],
    ] as [string, string][],
  },

  notes: {
    clipboard: (characters: number) => `The program put ${characters} characters on the clipboard.`,
    unsent: (characters: number) => `The connection broke: the last ${characters} characters of the paste may not have arrived.`,
    readonly: 'You only look: what you type goes nowhere.',
    link: (url: string) => `Ctrl-click opens ${url}`,
  },

  keybar: {
    label: 'Keys',
    esc: 'Esc',
    tab: 'Tab',
    ctrl: 'Ctrl',
    up: 'Up',
    down: 'Down',
    left: 'Left',
    right: 'Right',
    paste: 'Paste',
  },
}
