//! personsig for php.
