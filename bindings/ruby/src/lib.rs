//! personsig for ruby.
