// What went wrong and has not been read yet.

import { HubError } from '../hub'
import { t } from '../texts'

export interface Problem {
  id: number
  level: 'error' | 'notice'
  title: string
  /** The words of the engine or the hub. */
  words: string
  /** What to do next. */
  hint: string
  time: number
  /** How often it came. */
  times: number
}

/** More unread problems than these help nobody; the oldest go. */
const KEPT = 20

class Problems {
  list = $state.raw<readonly Problem[]>([])
  private last = 0

  /** `title` says what was tried and on which host. */
  failed(title: string, error: unknown): void {
    const body = error instanceof HubError ? error.body : { code: 'internal' as const, message: String(error) }
    this.add('error', title, body.message, t.hints[body.code])
  }

  notice(level: string, message: string): void {
    this.add(level === 'error' ? 'error' : 'notice', t.notice, message, '')
  }

  read(id: number): void {
    this.list = this.list.filter((problem) => problem.id !== id)
  }

  private add(level: Problem['level'], title: string, words: string, hint: string): void {
    const same = this.list.find((problem) => problem.title === title && problem.words === words)
    const rest = this.list.filter((problem) => problem !== same)
    const times = (same?.times ?? 0) + 1
    const problem = { id: same?.id ?? ++this.last, level, title, words, hint, time: Date.now(), times }
    this.list = [problem, ...rest].slice(0, KEPT)
  }
}

export const problems = new Problems()
