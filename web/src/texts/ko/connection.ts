// How the page is connected, in Korean.

import type { Texts } from '../en'

export const connection: Texts['connection'] = {
  label: '연결',
  kinds: { websocket: 'WebSocket', sse: 'SSE', polling: '폴링' },
  none: '연결 끊김',
  ms: (ms) => `${ms} ms`,
  since: (time) => `${time}부터`,
  delay: (ms) => `왕복 ${ms} ms`,
  noDelay: '지연 시간을 아직 모릅니다',
  next: (seconds) => `${seconds}초 뒤 재시도`,
  trying: '지금 연결하는 중 …',
  stopped: '자동으로 다시 시도하지 않습니다',
  tryNow: '지금 시도',
  stale: (time) => `${time}부터 연결이 끊겨 있습니다. 화면은 그때의 상태입니다.`,
  best: 'WebSocket은 자동으로 다시 시도합니다.',
  broken: {
    unreachable: '허브에 연결할 수 없습니다.',
    late: (seconds) => `허브가 ${seconds}초 안에 응답하지 않았습니다.`,
    status: (status) => `허브 주소에서 상태 코드 ${status}을(를) 받았지만 허브의 응답이 아닙니다.`,
    silentStream: '이벤트 스트림으로 아무것도 오지 않았습니다.',
    brokenStream: '이벤트 스트림이 끊겼습니다.',
    endedStream: '허브가 이벤트 스트림을 종료했습니다.',
    heldStream: '이벤트 스트림이 전달 도중에 지연되고 있습니다.',
    manyStreams: '이 화면에는 브라우저가 한 번에 열 수 있는 것보다 많은 스트림이 필요합니다.',
    slowSocket: 'WebSocket이 제때 열리지 않았습니다.',
    silentSocket: 'WebSocket으로 보낸 ping에 응답이 없습니다.',
    brokenSocket: 'WebSocket이 끊겼습니다.',
    ended: '연결이 종료되었습니다.',
    session: (said) => `세션이 끝났습니다(${said}).`,
    refused: (said) => `허브가 연결을 완전히 닫았습니다(${said}).`,
    draining: (said) => `허브가 종료되거나 재시작되고 있습니다(${said}).`,
    unheard: (said) => `허브가 이 페이지의 신호를 받지 못했습니다(${said}).`,
    full: (said) => `허브의 연결 수가 한도에 이르렀습니다(${said}).`,
  },
}
