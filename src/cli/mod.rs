//! Text in, typed outcome out.
