/** One line of JSON, as Medusa itself logs in production. */
export function log(level, message) {
  console.log(JSON.stringify({ level, message, timestamp: new Date().toISOString() }))
}
