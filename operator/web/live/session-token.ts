const key = 'windlass-operator-token'

/** The operator's token: kept for this tab, gone with it. */
export const sessionToken = {
  read: (): string | undefined => sessionStorage.getItem(key) ?? undefined,
  write: (token: string): void => sessionStorage.setItem(key, token),
  forget: (): void => sessionStorage.removeItem(key),
}
