/** Addresses that the build fills in. */
declare const STYLESHEET: string
declare const FONTS: string[]
