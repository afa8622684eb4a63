//! personsig for python.
