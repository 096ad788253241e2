// Words for what the hub or an engine names; what has none is shown as it came.

export type Words = Readonly<Record<string, string | undefined>>
