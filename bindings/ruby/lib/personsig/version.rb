# frozen_string_literal: true

module Personsig
  VERSION = "0.1.0"
end
