// A browser's name for itself, as people call it. What is not known stands as it came.

const BROWSERS: [RegExp, string][] = [
  [/Edg\/([\d]+)/, 'Edge'],
  [/OPR\/([\d]+)/, 'Opera'],
  [/Firefox\/([\d]+)/, 'Firefox'],
  [/Chrome\/([\d]+)/, 'Chrome'],
  [/Version\/([\d]+).*Safari/, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

export function agentName(agent: string): string {
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))
  if (browser === undefined) return agent
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1]
  return [`${browser[1]} ${browser[0].exec(agent)?.[1] ?? ''}`, system].filter(Boolean).join(' · ')
}
