/** Sends one request and reads no more of the answer than its status. Rejects when there was none. */
export interface Post {
  send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number>
}
