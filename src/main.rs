//! Arguments, configuration, the hub, an exit status: 0 drained, 1 failed, 2 usage or configuration.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use quayside::app::App;
use quayside::config::{Config, ConfigError, Flags, Sources};
use quayside::store::command::StoreCommand;
use quayside::{open_files, shutdown, telemetry};

/// The system's own keeps tens of MiB that hashing a password or a flood took once.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Every Docker host you own, live, over one broker.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file, TOML
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen (127.0.0.1:9083)
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The data directory (./quayside-data)
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// A host more, such as lab=ssh://ann@lab.example; may be repeated
    #[arg(long, global = true, value_name = "NAME=ADDRESS")]
    host: Vec<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the hub until SIGTERM or SIGINT
    Serve,
    /// Print the configuration in force, and where each line of it comes from
    Config,
    /// Look after the data directory of a hub that is not running
    #[command(subcommand)]
    Store(StoreCommand),
}

/// What ends the program with a status other than 0; a [`ConfigError`] knows its own, all else is 1.
type Failure = quayside::app::Failure;

fn main() -> ExitCode {
    let Err(failure) = run(Arguments::parse()) else { return ExitCode::SUCCESS };
    // Nobody is left to tell when standard error is closed.
    _ = writeln!(io::stderr(), "{failure}");
    failure.downcast_ref().map_or(ExitCode::FAILURE, ConfigError::exit_code)
}

fn run(Arguments { config, listen, data, host, command }: Arguments) -> Result<(), Failure> {
    let flags = Flags { config, listen, data, hosts: host };
    let config = Config::read(&Sources::of_process(flags)?)?;
    match command {
        Command::Serve => serve(config),
        Command::Config => print(&config.to_toml()),
        Command::Store(command) => print(&format!("{}\n", command.run(&config.server.data)?)),
    }
}

fn serve(config: Config) -> Result<(), Failure> {
    telemetry::start(&config.log)?;
    open_files::raise();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let shutdown = shutdown::requested()?;
        let app = App::build(config).await?;
        // The password is shown here and nowhere else: the log may be read by others.
        if let Some(password) = app.first_password() {
            print(&format!("Log in as admin with the password {}\n", password.expose()))?;
        }
        print(&format!("Quayside listens at {}\n", app.url()))?;
        app.run(shutdown).await
    });
    // What was to be waited for has been: a look-up of a name that hangs must not keep the process.
    runtime.shutdown_background();
    done
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| format!("standard output: {error}").into())
}
