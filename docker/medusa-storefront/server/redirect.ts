/** After a form: another page to look at, so that a reload repeats nothing. */
import type { Context } from "hono"

const SEE_OTHER = 303

/** @param to a path of this shop; the host stays the one that the browser knows */
export const seeOther = (c: Context, to: string): Response => c.redirect(to, SEE_OTHER)
