/** A language tag that Intl takes: the given one, or "en-US" where it is malformed. */
export function usableLanguage(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en-US'
  } catch {
    return 'en-US'
  }
}

/**
 * Under LANG=C Chromium and Electron report the language "en-US@posix", which Intl refuses; uPlot asks Intl for it while it
 * loads and would take every chart down. Call before uPlot is imported.
 */
export function repairLanguage(): void {
  const usable = usableLanguage(navigator.language)
  if (usable !== navigator.language) Object.defineProperty(navigator, 'language', { value: usable, configurable: true })
}
