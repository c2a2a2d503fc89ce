# frozen_string_literal: true

module Seismo
  # Which route of Rails served a request.
  module RailsRoute
    CONTROLLER = "action_controller.instance"
    FORMAT = "(.:format)"

    class << self
      # @return [String, nil] its pattern, such as `/orders/:id`
      def of(env)
        # Rails 7.1 and newer.
        pattern = env["action_dispatch.route_uri_pattern"]
        return plain(pattern) if pattern

        controller = env[CONTROLLER]
        find(env, controller) if controller
      end

      # @return [String, nil] such as `orders#show`
      def action(env)
        controller = env[CONTROLLER]
        controller && "#{controller.controller_path}##{controller.action_name}"
      end

      private

      def plain(pattern)
        pattern.delete_suffix(FORMAT)
      end

      def find(env, controller)
        routes = table[[controller.controller_path, controller.action_name]] or return
        return routes.first.first if routes.one?

        request = controller.request
        found, = routes.find { |_, route| route.path.match?(env["PATH_INFO"]) && route.matches?(request) }
        found || routes.first.first
      end

      # Patterns and routes by controller and action. Another one when the routes were drawn again, as in development.
      def table
        routes = ::Rails.application.routes.routes
        return @table if @drawn.equal?(routes) && @size == routes.size

        table = {}
        collect(::Rails.application.routes, "", table)
        @size = routes.size
        @drawn = routes
        @table = table
      end

      def collect(set, prefix, table)
        set.routes.each do |route|
          pattern = prefix + plain(route.path.spec.to_s)
          engine = route.app.respond_to?(:engine?) && route.app.engine? ? route.app.rack_app : nil
          next collect(engine.routes, pattern.chomp("/"), table) if engine

          controller, action = route.defaults.values_at(:controller, :action)
          (table[[controller, action]] ||= []) << [pattern, route] if controller
        end
      end
    end
  end
end
