@echo off
rem The two commands of the README on Windows: run opens the program, run test runs the tests.
setlocal enabledelayedexpansion
cd /d "%~dp0"
set "PY="
for %%v in (3.13 3.12 3.11) do (
  if not defined PY py -%%v -c "" >nul 2>&1 && set "PY=py -%%v"
)
if not defined PY python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>&1 && set "PY=python"
if not defined PY (
  echo blogadmin: Python 3.11 or newer is needed ^(https://www.python.org/downloads/^) 1>&2
  exit /b 1
)
set "WHAT=app"
set "EXTRA="
if /i "%~1"=="test" ( set "WHAT=test" & set "EXTRA=[test]" )
if /i "%~1"=="bench" ( set "WHAT=test" & set "EXTRA=[test]" )
rem A stamp holds the copy of pyproject.toml that the environment was made from.
fc /b pyproject.toml ".venv\ready-%WHAT%.toml" >nul 2>&1
if errorlevel 1 (
  echo blogadmin: preparing the Python environment in .venv ^(once^) 1>&2
  if not exist ".venv\Scripts\python.exe" %PY% -m venv .venv || exit /b 1
  .venv\Scripts\python.exe -m pip install -q --disable-pip-version-check -e ".%EXTRA%" || exit /b 1
  copy /y pyproject.toml ".venv\ready-%WHAT%.toml" >nul
)
if /i "%~1"=="test" goto tests
if /i "%~1"=="bench" goto bench
.venv\Scripts\python.exe -m blogadmin %*
exit /b %errorlevel%

:tests
set "QT_QPA_PLATFORM=offscreen"
for /f "tokens=1,* delims= " %%a in ("%*") do set "REST=%%b"
if defined REST ( .venv\Scripts\python.exe -m pytest !REST! & exit /b !errorlevel! )
.venv\Scripts\ruff.exe format --check . || exit /b 1
.venv\Scripts\ruff.exe check . || exit /b 1
.venv\Scripts\basedpyright.exe --level error || exit /b 1
.venv\Scripts\lint-imports.exe --no-cache || exit /b 1
.venv\Scripts\python.exe -m pytest
exit /b %errorlevel%

:bench
for /f "tokens=1,* delims= " %%a in ("%*") do set "REST=%%b"
.venv\Scripts\python.exe -m tests.benchmarks !REST!
exit /b %errorlevel%
