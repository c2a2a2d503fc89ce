# frozen_string_literal: true

# Every test, or the files that are named: `ruby -w test/all.rb`.
files = ARGV.reject { |argument| argument.start_with?("-") }
ARGV.replace(ARGV - files)
files = Dir[File.join(__dir__, "*_test.rb")] if files.empty?
files.each { |file| require File.expand_path(file) }
