PLUGINS = ["no_such_plugin"]
