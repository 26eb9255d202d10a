"""Scenarios as Allure shows them: allure-pytest writes the results, the bridge says in them what pytest-bdd knows."""
