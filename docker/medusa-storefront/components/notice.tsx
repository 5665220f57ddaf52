/** A sentence that the shopper should not miss. */
import type { Child, FC } from "hono/jsx"
import { AlertIcon, TickIcon } from "./icons.tsx"

export const Notice: FC<{ kind: "done" | "problem"; id?: string; children?: Child }> = ({
  kind,
  id,
  children,
}) => (
  <div class={`notice notice-${kind}`} role={kind === "problem" ? "alert" : "status"} id={id}>
    {kind === "problem" ? <AlertIcon /> : <TickIcon />}
    <div>{children}</div>
  </div>
)
