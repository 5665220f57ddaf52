/** Line drawings that accompany words; screen readers pass them over. */
import type { Child, FC } from "hono/jsx"

const Icon: FC<{ children?: Child }> = ({ children }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    {children}
  </svg>
)

export const BagIcon: FC = () => (
  <Icon>
    <path d="M5.5 8.5h13l.9 11a1 1 0 0 1-1 1.1H5.6a1 1 0 0 1-1-1.1zM8.8 11V7a3.2 3.2 0 0 1 6.4 0v4" />
  </Icon>
)

export const SearchIcon: FC = () => (
  <Icon>
    <path d="M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.3 15.3 20 20" />
  </Icon>
)

export const CashIcon: FC = () => (
  <Icon>
    <path d="M3 7h18v10.5H3zM12 14.7a2.45 2.45 0 1 0 0-4.9 2.45 2.45 0 0 0 0 4.9zM6 10v4.5M18 10v4.5" />
  </Icon>
)

export const ParcelIcon: FC = () => (
  <Icon>
    <path d="M4 8l8-4 8 4v8.5l-8 4-8-4zM4 8l8 4 8-4M12 12v8.5M8 6l8 4" />
  </Icon>
)

export const PersonIcon: FC = () => (
  <Icon>
    <path d="M12 11.5a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6zM4.5 20c.6-3.8 3.7-5.5 7.5-5.5s6.9 1.7 7.5 5.5" />
  </Icon>
)

export const TickIcon: FC = () => (
  <Icon>
    <path d="M5 12.5 10 17.5 19.5 7" />
  </Icon>
)

export const AlertIcon: FC = () => (
  <Icon>
    <path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v5M12 16v.3" />
  </Icon>
)
