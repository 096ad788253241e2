// What a page's main thread did, by Chromium's own trace. Times are those of the thread, not of the wall: what other
// programs on the machine take is none of the page's.

const CATEGORIES = [
  '-*', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'disabled-by-default-devtools.timeline.frame', 'v8.execute', 'blink.user_timing',
]
/** Each stands for script that runs, whatever called it. */
const SCRIPT = new Set(['FunctionCall', 'EvaluateScript', 'RunMicrotasks', 'v8.run', 'MinorGC', 'MajorGC'])
/** Milliseconds of a frame, where there are 55 a second. */
const FRAME = 1000 / 55

/**
 * Traces the page while `work` goes on; times are milliseconds of its main thread:
 * - `script`: the most that scripts took in one task, `task`: the most that all took, with style, layout and paint;
 * - `busy`: how much of the time the thread worked;
 * - `given`: how much of the time in which it wanted to work it did, and did not wait for a processor;
 * - `fits`: the share of frames whose work, all that came since the frame before, leaves room for 55 a second;
 * - `drawn`: frames a second that came to be drawn, on this machine and among what else runs there.
 */
export async function traced(browser, page, work) {
  return figures(await trace(browser, page, work))
}

/** Goes to a page; the milliseconds until something is seen: `clock`, and what its main thread worked of them: `thread`. */
export async function tracedLoad(browser, page, go) {
  const events = await trace(browser, page, async () => {
    await go()
    // What is there need not be painted yet.
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  })
  // A renderer that is kept ready for the next page works too, and shows nothing.
  const shown = new Set(events.filter(({ name }) => name === 'firstContentfulPaint').map(({ pid }) => pid))
  const { own } = mainThread(events.filter(({ pid }) => shown.has(pid)))
  const seen = own.findLast(({ name }) => name === 'firstContentfulPaint')
  const begun = own.find(({ name, args }) => name === 'navigationStart' && args.data?.navigationId === seen?.args.data?.navigationId)
  if (begun === undefined) throw new Error('the trace has no load at whose end something was seen')
  const tasks = tasksOf(own.filter(({ ts }) => ts >= begun.ts && ts <= seen.ts))
  return { clock: (seen.ts - begun.ts) / 1000, thread: tasks.reduce((sum, { thread }) => sum + thread, 0) }
}

async function trace(browser, page, work) {
  await browser.startTracing(page, { categories: CATEGORIES })
  let text
  try {
    await work()
  } finally {
    text = await browser.stopTracing()
  }
  return JSON.parse(text.toString()).traceEvents
}

function figures(events) {
  const { pid, own } = mainThread(events)
  const tasks = tasksOf(own)
  const seconds = (tasks.at(-1).end - tasks[0].ts) / 1e6
  const all = tasks.reduce((sum, { thread }) => sum + thread, 0)
  const frames = workPerFrame(tasks, own.filter(({ name }) => name === 'BeginMainThreadFrame'))
  const longest = tasks.reduce((most, task) => (task.script > most.script ? task : most))
  return {
    script: longest.script,
    scripts: longest.names,
    task: Math.max(...tasks.map(({ thread }) => thread)),
    busy: all / 1000 / seconds,
    given: all / tasks.reduce((sum, { wall }) => sum + wall, 0),
    fits: frames.filter((work) => work <= FRAME).length / Math.max(1, frames.length),
    frames: frames.length,
    drawn: events.filter((event) => event.name === 'DrawFrame' && event.pid === pid).length / seconds,
  }
}

/** Of all renderers the one that did most, the page's, and what its main thread did, in order. */
function mainThread(events) {
  const spent = new Map()
  for (const { pid, tid, ph, tdur = 0 } of events) {
    if (ph === 'X') spent.set(`${pid} ${tid}`, (spent.get(`${pid} ${tid}`) ?? 0) + tdur)
  }
  const of = ({ pid, tid }) => spent.get(`${pid} ${tid}`) ?? 0
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const main = mains.sort((a, b) => of(b) - of(a))[0]
  if (main === undefined || of(main) === 0) throw new Error('the trace has no main thread with times of its own')
  const own = events.filter(({ pid, tid, ph }) => pid === main.pid && tid === main.tid && 'XIiRM'.includes(ph))
  return { pid: main.pid, own: own.sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0)) }
}

/** Tasks in order; of scripts in one another the outermost counts. */
function tasksOf(own) {
  const tasks = []
  let task = { end: 0 }
  let scriptEnd = 0
  for (const { name, ph, ts, dur = 0, tdur = 0, args } of own) {
    if (ph !== 'X') continue
    if (name === 'RunTask') {
      if (ts < task.end) continue
      task = { ts, end: ts + dur, thread: tdur / 1000, wall: dur / 1000, script: 0, names: [] }
      tasks.push(task)
      scriptEnd = 0
    } else if (SCRIPT.has(name) && ts < task.end && ts >= scriptEnd) {
      task.script += tdur / 1000
      task.names.push(`${args?.data?.functionName || name} ${(tdur / 1000).toFixed(1)}`)
      scriptEnd = ts + dur
    }
  }
  return tasks
}

/** The work between the beginnings of two frames; what came long before one was no hindrance to it. */
function workPerFrame(tasks, begun) {
  const works = []
  let i = 0
  for (const [n, { ts: end }] of begun.entries()) {
    const from = Math.max(begun[n - 1]?.ts ?? 0, end - 100_000)
    let work = 0
    for (; i < tasks.length && tasks[i].ts < end; i++) if (tasks[i].ts >= from) work += tasks[i].thread
    if (n > 0) works.push(work)
  }
  return works
}
