//! personsig for node.
