# frozen_string_literal: true

module Seismo
  # What is a user's id and what is none.
  module IdText
    # Texts that are no id, compared trimmed and in lower case: a value that was not there, written out, and what programs
    # use for a visitor whom they do not know. All who carry one would be one user. The server rejects the same ones.
    NO_IDS = ["", "null", "undefined", "nan", "[object object]", "0", "anonymous"].freeze
    # The server's userMaxLength, unless it was changed: in units of UTF-16, as the server counts.
    MAX_LENGTH = 256

    # @return the text of a number or a symbol, and everything else as it is
    def self.plain(value)
      case value
      when Integer then value.to_s
      when Float then float(value)
      when Symbol then value.name
      else value
      end
    end

    # @return [String, nil] the id; nil for what is no id or is longer than a server takes
    def self.of(value)
      text = plain(value)
      return unless text.is_a?(String)

      text = Plain.text(text, "user")
      text if text.encode(Encoding::UTF_16LE).bytesize <= MAX_LENGTH * 2 && !NO_IDS.include?(trimmed(text).downcase)
    rescue Plain::Impossible
      nil
    end

    # Of other scripts' spaces too, as the server trims.
    def self.trimmed(text)
      text.gsub(/\A[[:space:]\uFEFF]+|[[:space:]\uFEFF]+\z/, "")
    end
    private_class_method :trimmed

    # As JavaScript writes it: 5.0 and 5 are one user in all clients.
    def self.float(value)
      return value unless value.finite? && value.abs <= (2**53) - 1

      value == value.to_i ? value.to_i.to_s : value.to_s
    end
    private_class_method :float
  end
end
