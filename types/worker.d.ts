/** The module of a worker that holds a database; for the option `worker` of `open()`. It exports nothing. */
export {};
