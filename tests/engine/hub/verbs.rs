//! Every verb of containers and images: done through the hub, read back from the engine by its own command.
