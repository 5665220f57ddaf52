/** One JSON object a line, as the backend writes its log. */
type Level = "info" | "warn" | "error"

export function log(level: Level, message: string, details: Record<string, unknown> = {}): void {
  const line = { level, message, ...details, timestamp: new Date().toISOString() }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
