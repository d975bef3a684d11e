/** What the log is, for people who read a table. */
export const logNames = {
  lmdb: 'a file that the processes share (LMDB)',
  double: "EventStoreDB's protocol double, which is not the server",
} as const;
