/** The fields of a posted form. */
import type { Context } from "hono"
import { HTTPException } from "hono/http-exception"
import type { Env } from "./headers.ts"

/** A form as it is posted without files; of a field that occurs twice the last counts. */
export type Form = ReadonlyMap<string, string>

/** @throws HTTPException 400 when the body is no form */
export async function readForm(c: Context<Env>): Promise<Form> {
  try {
    const fields = Object.entries(await c.req.parseBody())
    return new Map(fields.filter((field): field is [string, string] => typeof field[1] === "string"))
  } catch (cause) {
    throw new HTTPException(400, { message: "the form could not be read", cause })
  }
}
