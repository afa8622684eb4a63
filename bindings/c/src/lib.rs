//! personsig for c.
