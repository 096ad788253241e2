// Texts of the terminal, in Korean.

import type { Texts } from '../en'

/** What exit codes mean that shells and engines agree upon. */
const codes: Record<number, string> = {
  0: '오류 없이 스스로 끝났습니다.',
  126: '명령을 찾았지만 시작할 수 없습니다. 프로그램이 아니거나 실행 권한이 없습니다.',
  127: '컨테이너에서 명령을 찾지 못했습니다.',
  129: '연결이 끊겨(hang-up) 종료되었습니다.',
  130: 'Ctrl-C 등으로 중단되었습니다.',
  137: '강제 종료되었습니다. 컨테이너가 중지되거나 사라졌거나 메모리가 부족했습니다.',
  139: '메모리 오류로 비정상 종료되었습니다.',
  143: '종료 요청을 받고 끝났습니다.',
}

export const terminal: Texts['terminal'] = {
  title: '터미널',
  tabs: '터미널',
  new: '새 터미널',
  loading: '터미널을 불러오는 중 …',
  closeTab: (name) => `${name} 닫기`,
  unseen: '새 출력',
  watching: '보기 전용',

  chooser: {
    title: '터미널 열기',
    kind: '실행할 프로그램',
    shell: '셸',
    auto: '자동(bash, ash 또는 sh)',
    other: '명령 …',
    command: '명령',
    commandHint: '인수는 공백으로 구분합니다. 공백이 든 인수는 따옴표로 묶으세요.',
    user: '사용자',
    userHint: '컨테이너의 기본 사용자',
    open: '열기',
    attach: '주 프로세스에 연결',
    attachHint: '입력한 내용이 그대로 전달되고, Ctrl-C를 누르면 그 프로세스가 종료됩니다.',
    running: '이 컨테이너에 이미 열려 있음',
    join: (cmd, owner) => `${cmd}(${owner})`,
    viewers: (n) => (n === 0 ? '아무도 없음' : `${n}명 접속 중`),
  },

  stage: {
    asking: '허브에 요청하는 중 …',
    away: '연결이 끊겼습니다. 실행 중인 프로그램은 계속됩니다.',
    next: (seconds) => `${seconds}초 뒤에 다시 시도합니다.`,
    trying: '지금 시도하는 중 …',
    tryNow: '지금 시도',
    needs: (kind) => `터미널에는 WebSocket이 필요합니다. 지금은 ${kind}(으)로 연결되어 있으며, WebSocket이 연결되는 대로 터미널이 이어집니다.`,
    linger: '허브가 잠시(보통 1분) 동안 유지합니다.',
    refused: '허브가 이 터미널을 거부했습니다',
    gone: '이 터미널은 더 이상 없거나 내 것이 아닙니다. 터미널은 기본적으로 1분 동안 접속한 사람이 없으면 종료됩니다.',
    elsewhere: (where) => `이 터미널은 다른 컨테이너의 것입니다: ${where}.`,
    goThere: '그곳으로 이동',
    again: '다시 시도',
    openAgain: '다시 열기',
  },

  exit: {
    ended: (code) => (code < 0 ? '종료됨' : `종료 코드 ${code}`),
    words: (code, reason) =>
      reason ?? codes[code] ?? (code < 0 ? '어떻게 끝났는지 알 수 없습니다.' : code > 128 && code < 193 ? `시그널 ${code - 128}로 종료되었습니다.` : '프로그램이 이 숫자로 끝난 이유를 알렸습니다.'),
  },

  state: {
    paused: (name) => `${name}이(가) 일시정지되어 있습니다. 재개할 때까지 아무것도 실행되지 않습니다.`,
    exited: (name) => `${name}이(가) 실행 중이 아닙니다.`,
    restarting: (name) => `${name}이(가) 재시작하는 중입니다.`,
    gone: '이 컨테이너는 없거나 이미 사라졌습니다.',
    away: (host) => `호스트 ${host}이(가) 응답하지 않습니다.`,
    startFirst: '터미널을 열려면 먼저 시작하세요.',
  },

  empty: {
    title: '열린 터미널이 없습니다',
    hint: '이 컨테이너의 터미널이 여기에 표시됩니다.',
    role: '현재 역할로는 이 컨테이너를 볼 수만 있습니다. 소유자, 운영자, 관리자만 들어갈 수 있습니다.',
  },

  people: {
    count: (n) => (n === 1 ? '나 혼자' : `${n}명 접속 중`),
    title: '접속한 사람',
    you: '나',
    nobody: '계정 없음',
    types: '입력 가능',
    looks: '보기 전용',
  },
  size: (cols, rows) => `${cols} × ${rows}`,
  smaller: (cols, rows) => `${cols} × ${rows}, 다른 사람의 창이 더 작기 때문입니다`,

  share: {
    title: '공유',
    hint: '이 링크를 연 사람은 터미널을 실시간으로 보지만 입력할 수 없습니다. 내 계정, 운영자, 관리자에게만 열립니다.',
    link: '읽기 전용 링크',
    copy: '링크 복사',
    copied: '복사됨',
    notCopied: '브라우저가 허용하지 않았습니다. Ctrl-C를 눌러 복사하세요.',
  },

  search: {
    open: '검색(Ctrl-Shift-F)',
    label: '터미널에서 검색',
    next: '다음(Shift-Enter)',
    previous: '이전(Enter)',
    close: '검색 닫기(Esc)',
    matchCase: '대소문자 구분',
    found: (at, n, limit) => (n === 0 ? '없음' : `${n}${n >= limit ? '+' : ''}개 중 ${at + 1}`),
  },

  paste: {
    title: (lines) => (lines === 1 ? '붙여넣을까요?' : `${lines}줄을 붙여넣을까요?`),
    size: (size) => `모두 ${size}`,
    more: (lines) => `… 그리고 ${lines}줄 더`,
    bracketed: '프로그램이 한 덩어리로 받으며, Enter를 누르기 전에는 아무것도 실행하지 않습니다.',
    each: '줄이 끝날 때마다 Enter로 처리되어, 셸은 각 줄을 바로 실행합니다.',
    control: '제어 문자가 들어 있습니다. 기호로 표시되고 기호로 붙여넣어집니다.',
    longLine: '4,095바이트보다 긴 줄이 있습니다. 한 줄씩 읽는 프로그램은 앞부분만 받습니다.',
    paste: '붙여넣기',
    oneLine: '한 줄로 붙여넣기',
    cancel: '취소',
    never: '이 터미널에서는 다시 묻지 않기',
    tooLarge: (size, most) => `${size}은(는) 붙여넣기에 너무 큽니다. 최대 ${most}입니다. 파일에 담아 업로드하세요.`,
  },

  close: {
    title: '이 터미널을 끝낼까요?',
    words: (cmd, name) => `${name}의 ${cmd}와(과) 거기서 시작한 모든 것이 종료됩니다.`,
    end: '끝내기',
    keep: '유지',
    left: (name) => `${name}에 실행 중인 프로그램이 남아 있습니다`,
  },

  options: {
    title: '옵션',
    smaller: '글자 작게(Ctrl-Shift--)',
    larger: '글자 크게(Ctrl-Shift-+)',
    text: (size) => `글자 ${size}px`,
    copyOnSelect: '선택하면 복사',
    reader: '화면 낭독기용',
    keys: [
      ['Ctrl-Shift-F', '검색'],
      ['Ctrl-Shift-C · V', '복사, 붙여넣기'],
      ['Ctrl-Shift-+ · -', '글자 크기'],
      ['Ctrl-Shift-← · →', '다른 터미널'],
      ['Ctrl-Shift-↑', '터미널 밖으로'],
    ],
  },

  notes: {
    clipboard: (characters) => `프로그램이 ${characters}자를 클립보드에 넣었습니다.`,
    unsent: (characters) => `연결이 끊겨 붙여넣은 마지막 ${characters}자가 도착하지 않았을 수 있습니다.`,
    readonly: '보기 전용입니다. 입력은 전달되지 않습니다.',
    link: (url) => `Ctrl-클릭하면 ${url}을(를) 엽니다`,
  },

  keybar: {
    label: '키',
    esc: 'Esc',
    tab: 'Tab',
    ctrl: 'Ctrl',
    up: '위',
    down: '아래',
    left: '왼쪽',
    right: '오른쪽',
    paste: '붙여넣기',
  },
}
