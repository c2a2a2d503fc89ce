# frozen_string_literal: true

require "time"

# The values of contract/*.json: what is meant in a request, and whether an answer is what was meant (contract/README.md).
module Values
  UNITS = { "s" => 1, "m" => 60, "h" => 3_600, "d" => 86_400 }.freeze
  TOLERANCE_S = 60
  PATTERNS = {
    "$uuid" => /\A\h{8}-\h{4}-\h{4}-\h{4}-\h{12}\z/,
    "$time" => /\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/,
    "$text" => /./m
  }.freeze

  module_function

  # A value of a request as it is sent.
  def sent(value, app)
    case value
    when String
      now = now_of(value)
      return now.utc.strftime("%Y-%m-%dT%H:%M:%S.%LZ") if now

      value.start_with?("$$") ? value[1..] : value.gsub("$app", app)
    when Array then value.map { |each| sent(each, app) }
    when Hash then generated(value) { return _1 } || value.transform_values { |each| sent(each, app) }
    else value
    end
  end

  # What an answer should have been, as near to what it is as the meant values allow: equal where they agree.
  def due(meant, is, app)
    case meant
    when String then due_text(meant, is, app)
    when Array then meant.each_with_index.map { |each, i| due(each, is.is_a?(Array) ? is[i] : nil, app) }
    when Hash
      generated(meant) { return _1 } || meant.to_h { |key, each| [key, due(each, is.is_a?(Hash) ? is[key] : nil, app)] }
    else meant
    end
  end

  def due_text(meant, is, app)
    near = meant == "$arrival" ? Time.now : now_of(meant)
    return is.is_a?(String) && (Time.iso8601(is) - near).abs <= TOLERANCE_S ? is : meant if near
    return is if meant == "$any" || (meant == "$integer" && is.is_a?(Integer))
    return is.is_a?(String) && PATTERNS[meant].match?(is) ? is : meant if PATTERNS.key?(meant)

    meant.start_with?("$$") ? meant[1..] : meant.gsub("$app", app)
  end

  def now_of(text)
    match = /\A\$now(?:([+-]\d+)([smhd]))?\z/.match(text)
    match && (Time.now + (match[1].to_i * UNITS.fetch(match[2] || "s")))
  end

  # Objects with one key that stand for something long.
  def generated(value)
    return unless value.size == 1

    key, argument = value.first
    case key
    when "$repeat" then yield argument[0] * argument[1]
    when "$nested" then yield (1..argument).inject(1) { |nested, _| { "a" => nested } }
    when "$keys" then yield (0...argument).to_h { |i| ["k#{i}", i] }
    end
    nil
  end
end
