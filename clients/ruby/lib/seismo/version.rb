# frozen_string_literal: true

module Seismo
  VERSION = "2.0.0"
end
