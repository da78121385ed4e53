//! A column of values by dense index, in chunks that clones share until one of them writes.
