//! The Docker Engine: the only place that names bollard.
